-- The stars of Reviewer1 and Reviewer2, for a database on a machine. Ratings v2 only read this table.
CREATE DATABASE test;
USE test;
CREATE TABLE ratings (ReviewID INT NOT NULL PRIMARY KEY, Rating INT);
INSERT INTO ratings (ReviewID, Rating) VALUES (1, 5), (2, 4);
