-- A school of music: teachers give lessons to pupils, pupils play instruments.
create table teacher (id int primary key, name text not null, address jsonb, mentor_id int references teacher);
create table course (
  id int primary key, title text not null, level int, tags text[] not null default '{}', period daterange, about text,
  teacher_id int references teacher, substitute_id int references teacher
);
create table pupil (id int primary key, name text not null, born date);
create table locker (pupil_id int primary key references pupil, number int not null);
create table enrolment (
  course_id int references course, pupil_id int references pupil, mark numeric(3, 1), primary key (course_id, pupil_id)
);
create view open_course as select id, title, teacher_id from course where level < 3;
create function first_lesson(course) returns date stable language sql as $$ select lower($1.period) $$;
create function senior_teachers(course) returns setof teacher rows 10 stable language sql as
  $$ select * from teacher where id < $1.teacher_id order by id $$;

insert into teacher values
  (1, 'Clara', '{"city": "Leipzig", "rooms": [3, 5]}', null), (2, 'Franz', '{"city": "Weimar"}', 1), (3, 'Nadia', null, 1);
insert into course values
  (1, 'Scales', 1, '{daily,slow}', '[2024-01-01,2024-03-01)', 'Play every scale slowly', 1, 2),
  (2, 'Etudes', 2, '{fast}', '[2024-02-01,2024-06-01)', 'Short studies for quick fingers', 2, null),
  (3, 'Sonatas', 4, '{}', null, null, 2, 3), (4, 'Silence', null, '{slow}', null, 'Listening', null, null);
insert into pupil values (1, 'Ada', '2010-05-01'), (2, 'Bela', '2011-07-09'), (3, 'Chloe', null);
insert into locker values (1, 12), (3, 7);
insert into enrolment values (1, 1, 1.5), (1, 2, 2), (2, 1, 1), (3, 3, null);
grant select on all tables in schema public to anon;
revoke select on locker from anon;
grant select (pupil_id) on locker to anon;
