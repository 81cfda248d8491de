-- The ledger's database with two roles: one that owns its tables, and the bots', which owns nothing.
-- psql runs this once, when the database is made; it needs psql 15 or later.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv bot_password BOT_PASSWORD
CREATE ROLE segment_bot_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE segment_bot LOGIN PASSWORD :'bot_password';
CREATE DATABASE ledger OWNER segment_bot_owner;
REVOKE ALL ON DATABASE ledger FROM PUBLIC;
GRANT CONNECT ON DATABASE ledger TO segment_bot;
