-- Invented data of the lab: three databases, so that a dump holds several COPY blocks.
CREATE ROLE twisterlab LOGIN PASSWORD 'lab-role-password';
CREATE DATABASE twisterlab OWNER twisterlab;
CREATE DATABASE telemetry OWNER twisterlab;
\connect twisterlab
CREATE TABLE agents (id serial PRIMARY KEY, name text NOT NULL UNIQUE, role text NOT NULL, created timestamptz NOT NULL DEFAULT now());
CREATE TABLE tickets (id serial PRIMARY KEY, agent int REFERENCES agents, title text NOT NULL, body text, closed boolean NOT NULL DEFAULT false);
CREATE TABLE notes (id serial PRIMARY KEY, ticket int REFERENCES tickets, text text NOT NULL);
INSERT INTO agents (name, role) SELECT 'agent-' || n, (ARRAY['resolver', 'monitor', 'backup'])[1 + n % 3] FROM generate_series(1, 60) n;
INSERT INTO tickets (agent, title, body, closed)
    SELECT 1 + n % 60, 'Ticket ' || n, E'first line\nsecond line\t' || md5(n::text), n % 4 = 0 FROM generate_series(1, 3000) n;
INSERT INTO notes (ticket, text) SELECT 1 + n % 3000, 'Noté: ' || md5((n * 7)::text) FROM generate_series(1, 5000) n;
\connect telemetry
CREATE TABLE samples (at timestamptz NOT NULL, sensor text NOT NULL, value double precision);
CREATE TABLE sensors (name text PRIMARY KEY, unit text);
INSERT INTO sensors SELECT 'sensor-' || n, 'percent' FROM generate_series(1, 12) n;
INSERT INTO samples SELECT timestamptz '2026-01-01' + n * interval '5 minutes', 'sensor-' || (1 + n % 12), (n % 100) / 100.0 FROM generate_series(1, 4000) n;
