-- The database and its two roles: who owns the tables and migrates, and the application, which owns nothing
-- (docs/adr/0053). Once, as PostgreSQL's superuser, with both passwords in the environment: psql -f config/roles.sql
\getenv owner_password OWNER_PASSWORD
\getenv application_password APPLICATION_PASSWORD
CREATE ROLE community_referral LOGIN PASSWORD :'owner_password';
CREATE ROLE community_referral_app LOGIN PASSWORD :'application_password';
CREATE DATABASE community_referral OWNER community_referral;
