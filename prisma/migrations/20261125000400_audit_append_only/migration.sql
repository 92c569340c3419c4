-- What admins did can be added to, and never changed or removed, by anybody.
create function public.refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;

create trigger audit_append_only before update or delete on public.audit
  for each row execute function public.refuse_audit_change();
create trigger audit_no_truncate before truncate on public.audit
  execute function public.refuse_audit_change();
