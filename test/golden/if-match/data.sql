insert into note values (1, 'first', 7, '2026-01-01 10:00:00.123456+00', '{a,b}', '{"x": 1}', '{"y": 1}'), (2, null, 1, null, null, null, null);
insert into part values (1, 2, 'p');
insert into guarded values (1, 'anon', 1), (2, 'other', 1);
