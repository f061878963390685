-- Marks to be counted.
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
insert into teacher values (1, 'Clara', null, null), (2, 'Franz', null, 1);
insert into course (id, title, level, teacher_id) values (1, 'Scales', 1, 1), (2, 'Etudes', 2, 2), (3, 'Sonatas', 2, 2);
insert into pupil values (1, 'Ada', null), (2, 'Bela', null);
insert into enrolment values (1, 1, 1.5), (1, 2, 2), (2, 1, 1), (3, 2, null);
grant select on all tables in schema public to anon;
