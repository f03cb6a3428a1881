-- The statement of a month, from the events alone. For DuckDB, over fact_event as exported:
--   CREATE VIEW fact_event AS FROM 'fact_event.parquet';
-- $starts and $ends are the first instants of the month and of the next one where the programme is, $as_of the
-- moment up to which the statement counts; all three stand on the statement.
-- One row is one figure: part, key, line, unit ('claims', 'wishes', or a currency in its minor units), amount.
WITH told AS (
    SELECT event_id, happened_at, name, subject, CAST(data AS JSON) AS data FROM fact_event WHERE happened_at <= $as_of
),
claim AS (
    SELECT
        data->>'claim' AS claim, event_id, happened_at,
        data->>'reason' AS reason, data->>'offer' AS offer, data->>'product' AS product, data->>'team' AS team,
        data->>'selling_team' AS selling_team, data->>'segment' AS segment, data->>'channel' AS channel,
        CAST(data->>'cost' AS BIGINT) AS cost, data->>'currency' AS currency,
        CAST(data->>'matures_at' AS TIMESTAMPTZ) AS matures_at
    FROM told WHERE name = 'ledger.claimed'
),
move AS (
    SELECT data->>'claim' AS claim, event_id, happened_at, data->>'was' AS was, data->>'state' AS state, data->>'why' AS why
    FROM told WHERE name = 'ledger.moved'
),
standing AS (
    SELECT claim, arg_max(state, event_id) AS state, arg_max(why, event_id) AS why FROM move GROUP BY claim
),
-- The books: each claim enters as provisional, and moves from one account to another.
posting AS (
    SELECT claim, happened_at, 'provisional' AS account, 1 AS side, TRUE AS is_new FROM claim
    UNION ALL SELECT claim, happened_at, was, -1, FALSE FROM move WHERE was <> state
    UNION ALL SELECT claim, happened_at, state, 1, FALSE FROM move WHERE was <> state
),
line AS (
    SELECT 'opening' AS line, side, claim FROM posting WHERE account = 'provisional' AND happened_at < $starts
    UNION ALL SELECT 'made', side, claim FROM posting WHERE is_new AND happened_at >= $starts AND happened_at < $ends
    UNION ALL SELECT account, side, claim FROM posting
        WHERE account <> 'provisional' AND happened_at >= $starts AND happened_at < $ends
    UNION ALL SELECT 'closing', side, claim FROM posting WHERE account = 'provisional' AND happened_at < $ends
),
-- The claims whose day came within the month, as known now; what was void was not eligible.
due AS (
    SELECT claim.*, COALESCE(standing.state, 'provisional') AS state, standing.why
    FROM claim LEFT JOIN standing ON standing.claim = claim.claim
    WHERE matures_at > $starts AND matures_at <= LEAST($ends, $as_of)
        AND COALESCE(standing.state, 'provisional') <> 'void'
),
split AS (
    SELECT 'due' AS part, '' AS key, state FROM due
    UNION ALL SELECT 'due_by_reason', COALESCE(reason, ''), state FROM due
    UNION ALL SELECT 'due_by_offer', COALESCE(offer, ''), state FROM due
    UNION ALL SELECT 'due_by_product', COALESCE(product, ''), state FROM due
    UNION ALL SELECT 'due_by_team', COALESCE(team, ''), state FROM due
    UNION ALL SELECT 'due_by_selling_team', COALESCE(selling_team, ''), state FROM due
    UNION ALL SELECT 'due_by_segment', COALESCE(segment, ''), state FROM due
    UNION ALL SELECT 'due_by_channel', COALESCE(channel, ''), state FROM due
)
SELECT 'books' AS part, '' AS key, line, 'claims' AS unit, CAST(SUM(side) AS BIGINT) AS amount FROM line GROUP BY line
UNION ALL
SELECT 'books', '', line, currency, CAST(SUM(side * cost) AS BIGINT)
FROM line JOIN claim ON claim.claim = line.claim WHERE currency <> '' GROUP BY line, currency
UNION ALL
SELECT part, key, 'due', 'claims', COUNT(*) FROM split GROUP BY part, key
UNION ALL
SELECT part, key, state, 'claims', COUNT(*) FROM split WHERE state <> 'provisional' GROUP BY part, key, state
UNION ALL
SELECT 'lost', why, 'reversed', 'claims', COUNT(*) FROM due WHERE state = 'reversed' GROUP BY why
UNION ALL
SELECT 'wishes', '', data->>'outcome', 'wishes', COUNT(*)
FROM told WHERE name = 'leaving.ended' AND happened_at >= $starts AND happened_at < $ends GROUP BY data->>'outcome'
ORDER BY part, key, line, unit
