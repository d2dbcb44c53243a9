-- Run by the image's entrypoint when there are no data yet: whom ratings are, and their database, which is theirs alone.
\set password `cat /etc/postgres-credentials/password`
CREATE ROLE bookinfo LOGIN PASSWORD :'password';
CREATE DATABASE test OWNER bookinfo;
REVOKE ALL ON DATABASE test FROM PUBLIC;
