-- The user of workers: it reads and adds rows, and can neither change nor remove one.
-- psql postgresql://labels@127.0.0.1/labels -v password=... -f deploy/worker.sql, as a user that may create roles.
CREATE ROLE worker LOGIN PASSWORD :'password';
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO worker;
