insert into item values (1, 'a', 'Pen', 10), (2, 'b', 'Box', 20);
insert into guarded values (1, 'open', false), (2, 'closed', true);
insert into kept values (1, 'old');
insert into offer values (1, 1, 'old'), (2, 2, 'old');
