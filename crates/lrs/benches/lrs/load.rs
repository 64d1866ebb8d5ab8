//! What is asked of the LRS: the statements of a course's learners, and the requests of each mode.

use std::io::Write;

use clap::ValueEnum;

use crate::{
    bare::{FEW, MANY},
    random::Random,
};

pub(crate) const ACTORS: u32 = 1000;
const VERBS: u32 = 10;
const ACTIVITIES: u32 = 200;
const COURSES: u32 = 20;
const REGISTRATIONS: u32 = 5000;
/// The learners, and the registrations, of the first statements. Searches are about these, so that they find a whole page
/// in a young store as well, and what is compared is not how much they find.
const FIRST: u32 = 100;

/// Statements in a batch of [`Mode::PostBatch`].
const BATCH: usize = 50;

/// A kind of request, sent over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub(crate) enum Mode {
    /// The newest statements.
    Get50,
    /// Those of an agent.
    GetAgent,
    /// Those of a verb, since a time before all of them.
    GetVerb,
    /// Those of a registration.
    GetReg,
    /// Those related to a course.
    GetAct,
    /// Those of an agent with a verb.
    GetAgentVerb,
    /// One of the state documents.
    StateGet,
    /// A new state document each time.
    StatePut,
    /// A merge into one of the state documents.
    StatePost,
    /// One statement, from as many clients as may be in a class.
    Post1,
    /// One statement, from many clients.
    Post1x128,
    /// Fifty statements.
    PostBatch,
}

impl Mode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get50 => "GET, no filter",
            Self::GetAgent => "GET by agent",
            Self::GetVerb => "GET by verb and since",
            Self::GetReg => "GET by registration",
            Self::GetAct => "GET by activity and related",
            Self::GetAgentVerb => "GET by agent and verb",
            Self::StateGet => "GET a state",
            Self::StatePut => "PUT a new state",
            Self::StatePost => "POST a state (merge)",
            Self::Post1 => "POST one statement",
            Self::Post1x128 => "POST one statement, 128 connections",
            Self::PostBatch => "POST 50 statements",
        }
    }

    pub(crate) fn connections(self) -> usize {
        if self == Self::Post1x128 { 128 } else { 16 }
    }

    /// Statements that a request stores.
    pub(crate) fn statements(self) -> usize {
        match self {
            Self::Post1 | Self::Post1x128 => 1,
            Self::PostBatch => BATCH,
            _ => 0,
        }
    }

    /// Statements in a transaction of the database alone: what 16 clients send at once.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::PostBatch => MANY,
            _ => FEW,
        }
    }

    /// Whether it searches statements: what it costs must not grow with their number.
    pub(crate) fn searches(self) -> bool {
        matches!(
            self,
            Self::Get50 | Self::GetAgent | Self::GetVerb | Self::GetReg | Self::GetAct | Self::GetAgentVerb
        )
    }

    /// Whether what it searches for fills a page in a young store as in a full one.
    pub(crate) fn fills_a_page(self) -> bool {
        self.searches() && self != Self::GetAgentVerb
    }

    pub(crate) fn writes_state(self) -> bool {
        matches!(self, Self::StatePut | Self::StatePost)
    }
}

/// Makes the requests of one connection.
pub(crate) struct Load<'a> {
    /// The header lines that every request has.
    headers: &'a str,
    /// A time before every statement.
    since: &'a str,
    connection: usize,
    /// Whether it is about the first learners alone.
    is_first: bool,
    count: u32,
    random: Random,
    body: Vec<u8>,
    request: Vec<u8>,
}

impl<'a> Load<'a> {
    /// The load of a connection; another `seed` gives other statements.
    pub(crate) fn new(headers: &'a str, since: &'a str, connection: usize, seed: u64) -> Self {
        Self {
            headers,
            since,
            connection,
            is_first: false,
            count: 0,
            random: Random::new((seed << 16) + u64::try_from(connection).unwrap_or_default()),
            body: Vec::new(),
            request: Vec::new(),
        }
    }

    /// The same, about the first learners alone.
    pub(crate) fn of_first(self) -> Self {
        Self {
            is_first: true,
            ..self
        }
    }

    /// The next request of a mode.
    pub(crate) fn next(&mut self, mode: Mode) -> std::io::Result<&[u8]> {
        self.body.clear();
        match mode {
            Mode::Get50 => self.search(""),
            Mode::GetAgent => {
                let agent = encode(&account(self.random.below(FIRST)));
                self.search(&format!("&agent={agent}"))
            }
            Mode::GetVerb => {
                let verb = encode(&verb(self.random.below(VERBS)));
                let since = encode(self.since);
                self.search(&format!("&verb={verb}&since={since}"))
            }
            Mode::GetReg => {
                let registration = registration(self.random.below(FIRST));
                self.search(&format!("&registration={registration}"))
            }
            Mode::GetAct => {
                let course = encode(&course(self.random.below(COURSES)));
                self.search(&format!("&activity={course}&related_activities=true"))
            }
            Mode::GetAgentVerb => {
                let agent = encode(&account(self.random.below(FIRST)));
                let verb = encode(&verb(self.random.below(VERBS)));
                self.search(&format!("&agent={agent}&verb={verb}"))
            }
            Mode::StateGet => {
                let agent = self.random.below(ACTORS);
                self.state("GET", "resume", agent)
            }
            Mode::StatePut => {
                self.count += 1;
                let name = format!("s-{}-{}", self.connection, self.count);
                let agent = self.random.below(ACTORS);
                self.bookmark()?;
                self.state("PUT", &name, agent)
            }
            Mode::StatePost => {
                let agent = self.random.below(ACTORS);
                self.bookmark()?;
                self.state("POST", "resume", agent)
            }
            Mode::Post1 | Mode::Post1x128 => {
                self.statement()?;
                self.finish("POST", "statements")
            }
            Mode::PostBatch => self.batch(BATCH),
        }
    }

    /// Stores a batch of so many statements.
    pub(crate) fn batch(&mut self, statements: usize) -> std::io::Result<&[u8]> {
        self.body.clear();
        self.body.push(b'[');
        for place in 0..statements {
            if place > 0 {
                self.body.push(b',');
            }
            self.statement()?;
        }
        self.body.push(b']');
        self.finish("POST", "statements")
    }

    /// Writes the state document of an agent that [`Mode::StateGet`] and [`Mode::StatePost`] want.
    pub(crate) fn seed(&mut self, agent: u32) -> std::io::Result<&[u8]> {
        self.body.clear();
        self.bookmark()?;
        self.state("PUT", "resume", agent)
    }

    /// Asks for something by its path alone.
    pub(crate) fn get(&mut self, path: &str) -> std::io::Result<&[u8]> {
        self.body.clear();
        self.finish("GET", path)
    }

    fn search(&mut self, filter: &str) -> std::io::Result<&[u8]> {
        self.finish("GET", &format!("statements?limit=50{filter}"))
    }

    fn state(&mut self, method: &str, name: &str, agent: u32) -> std::io::Result<&[u8]> {
        let activity = encode(&activity(1));
        let agent = encode(&account(agent));
        let path = format!("activities/state?stateId={name}&activityId={activity}&agent={agent}");
        self.finish(method, &path)
    }

    fn finish(&mut self, method: &str, path: &str) -> std::io::Result<&[u8]> {
        let (headers, length) = (self.headers, self.body.len());
        self.request.clear();
        write!(
            self.request,
            "{method} /xapi/{path} HTTP/1.1\r\n{headers}Content-Length: {length}\r\n\r\n"
        )?;
        self.request.extend_from_slice(&self.body);
        Ok(&self.request)
    }

    /// About 430 bytes, as a lesson keeps where its learner is.
    fn bookmark(&mut self) -> std::io::Result<()> {
        let slide = self.random.below(100);
        write!(
            self.body,
            r#"{{"bookmark":"slide-{slide}","suspend":"{:x<400}"}}"#,
            ""
        )
    }

    /// About 0.9 kB, without an id: the LRS makes it.
    fn statement(&mut self) -> std::io::Result<()> {
        let (actors, registrations) = if self.is_first {
            (FIRST, FIRST)
        } else {
            (ACTORS, REGISTRATIONS)
        };
        let random = &mut self.random;
        let (learner, verb_number, unit) = (
            random.below(actors),
            random.below(VERBS),
            random.below(ACTIVITIES),
        );
        write!(
            self.body,
            concat!(
                r#"{{"actor":{{"objectType":"Agent","name":"Learner {learner}","#,
                r#""account":{{"homePage":"https://lms.example.org","name":"learner-{learner:04}"}}}},"#,
                r#""verb":{{"id":"{verb}","display":{{"en-US":"verb {verb_number}"}}}},"#,
                r#""object":{{"objectType":"Activity","id":"{activity}","definition":{{"#,
                r#""type":"http://adlnet.gov/expapi/activities/module","name":{{"en-US":"Unit {unit}"}},"#,
                r#""description":{{"en-US":"A unit of the course used in the load test"}}}}}},"#,
                r#""result":{{"score":{{"scaled":0.{score:02}}},"success":true,"duration":"PT{minutes}M{seconds}S"}},"#,
                r#""context":{{"registration":"{registration}","platform":"loadtest","language":"en-US","#,
                r#""contextActivities":{{"parent":[{{"id":"{course}"}}],"#,
                r#""category":[{{"id":"https://w3id.org/xapi/cmi5/context/categories/cmi5"}}]}}}},"#,
                r#""timestamp":"2026-0{month}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"}}"#,
            ),
            learner = learner,
            verb = verb(verb_number),
            verb_number = verb_number,
            activity = activity(unit),
            unit = unit,
            score = random.below(100),
            minutes = 1 + random.below(59),
            seconds = random.below(60),
            registration = registration(random.below(registrations)),
            course = course(unit % COURSES),
            month = 1 + random.below(9),
            day = 1 + random.below(28),
            hour = random.below(24),
            minute = random.below(60),
            second = random.below(60),
            millisecond = random.below(1000),
        )
    }
}

fn account(learner: u32) -> String {
    format!(
        r#"{{"objectType":"Agent","account":{{"homePage":"https://lms.example.org","name":"learner-{learner:04}"}}}}"#
    )
}

fn verb(verb: u32) -> String {
    format!("https://w3id.org/xapi/verbs/v{verb}")
}

fn activity(unit: u32) -> String {
    format!("https://lms.example.org/courses/{}/units/{unit}", unit % COURSES)
}

fn course(course: u32) -> String {
    format!("https://lms.example.org/courses/{course}")
}

/// The same UUID each time for a number, so that a search names one that exists.
fn registration(number: u32) -> String {
    let node = u64::from(number) * 2_654_435_761 % (1 << 48);
    format!("5e9a2f10-{:04x}-4b1c-8d3e-{node:012x}", number % 65_536)
}

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
