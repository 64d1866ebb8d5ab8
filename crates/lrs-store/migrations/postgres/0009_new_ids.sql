-- Whether no statement of a store has one of these ids, or was said of one. It sees what others have committed by the time it is
-- called, which the query that calls it does not.
CREATE FUNCTION are_new_ids(BIGINT, BIGINT, UUID[]) RETURNS BOOLEAN LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT 1 FROM UNNEST($3) AS u (id) CROSS JOIN LATERAL (
            (SELECT 1 FROM statement s WHERE s.store_id = $1 AND s.part = $2 AND s.id = u.id LIMIT 1)
            UNION ALL
            (SELECT 1 FROM statement s WHERE s.store_id = $1 AND s.part = $2 AND s.target = u.id LIMIT 1)
            UNION ALL
            (SELECT 1 FROM voiding v WHERE v.store_id = $1 AND v.part = $2 AND v.target = u.id LIMIT 1)
        ) AS found
    );
END
$$;
