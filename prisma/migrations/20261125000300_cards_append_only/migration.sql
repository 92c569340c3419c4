-- A published card can be followed by another version, and never changed or removed, by anybody: what was charged with
-- it must stay explainable. ALWAYS, so that no session setting switches the triggers off.
create function public.refuse_card_change() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'public.card is append-only: % refused', tg_op
    using errcode = 'restrict_violation', hint = 'Publish another version instead.';
end $$;

create trigger card_append_only before update or delete on public.card
  for each row execute function public.refuse_card_change();
create trigger card_no_truncate before truncate on public.card
  for each statement execute function public.refuse_card_change();
alter table public.card enable always trigger card_append_only;
alter table public.card enable always trigger card_no_truncate;
