insert into author (name) values ('Ada'), ('Bob');
insert into reading values
  (1, 1, 10, 1.50, 0.5, 1, 100, '{"a": {"b": [1, 2, 3]}, "c": true}', 'one', 1), (2, 2, 20, 2.50, 1.5, 2, 200, '[1, 2, 3]', 'two', 2),
  (3, null, null, null, null, null, null, null, null, null);
insert into place values ('ch', 'Bern', 130000), ('ch', 'Chur', 38000);
insert into hidden values (1, 'anon', 'mine'), (2, 'ada', 'hers');
