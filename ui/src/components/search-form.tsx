import { useCtx } from '../context.ts';

/** One field whose words this page is asked again with, as `q`. */
export const SearchForm = ({ name, label, q }: { name: string; label: string; q: string }) => {
  const ctx = useCtx();
  return (
    <form class="filters" method="get" role="search" aria-label={name}>
      <div class="find">
        <input class="input" type="search" name="q" value={q} placeholder={label} aria-label={label} />
      </div>
      <button type="submit" class="btn">
        {ctx.t('search.go')}
      </button>
    </form>
  );
};
