-- What credits came in, of a range of days: a few lines among those of every request.
create index line_issued on books.line (at) where kind in (1, 7, 10, 18);
