insert into author (name) values ('Ada');
insert into mark (word) values ('taken');
