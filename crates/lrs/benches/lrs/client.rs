//! An HTTP/1.1 client that costs next to nothing: it shares the machine with the server that it measures.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Result;

/// A connection that is kept, with one request at a time.
pub(crate) struct Connection {
    stream: TcpStream,
    /// The last answer, as it came.
    answer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: Vec::with_capacity(1 << 17),
        })
    }

    /// Sends a request and reads its answer to the end; anything but success is an error that shows the answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).await?;
        self.answer.clear();
        let head = loop {
            let seen = self.answer.len().saturating_sub(3);
            self.read().await?;
            if let Some(end) = find(&self.answer[seen..], b"\r\n\r\n") {
                break seen + end + 4;
            }
        };
        let status = self.answer.get(9..12).unwrap_or_default().to_vec();
        let framing = self.framing(head);
        while !framing.is_complete(&self.answer[head..]) {
            self.read().await?;
        }
        if status.first() == Some(&b'2') {
            return Ok(());
        }
        // Without the headers, which hold the credential.
        let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
        Err(format!("{}\nwas answered with\n{}", shown(line), shown(&self.answer)).into())
    }

    /// A header of the last answer.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let end = find(&self.answer, b"\r\n\r\n")?;
        header(&self.answer[..end], name)
    }

    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.answer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }

    fn framing(&self, head: usize) -> Framing {
        let head = &self.answer[..head];
        if let Some(length) = header(head, "content-length") {
            return Framing::Length(length.parse().unwrap_or_default());
        }
        match header(head, "transfer-encoding") {
            Some(_) => Framing::Chunks,
            // 204 has no body.
            None => Framing::Length(0),
        }
    }
}

/// How the end of a body is known.
enum Framing {
    Length(usize),
    Chunks,
}

impl Framing {
    fn is_complete(&self, body: &[u8]) -> bool {
        match self {
            Self::Length(length) => body.len() >= *length,
            Self::Chunks => has_last_chunk(body).unwrap_or_default(),
        }
    }
}

/// Whether a body ends with its empty chunk; nothing when it ends within another.
fn has_last_chunk(mut body: &[u8]) -> Option<bool> {
    loop {
        let line = find(body, b"\r\n")?;
        let size = std::str::from_utf8(&body[..line]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        body = body.get(line + 2 + size + 2..)?;
        if size == 0 {
            return Some(true);
        }
    }
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let head = std::str::from_utf8(head).ok()?;
    head.split("\r\n").find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The start of a text, for a person.
fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(2000)]).into_owned()
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
