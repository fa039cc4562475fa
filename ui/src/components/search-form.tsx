import type { Ctx } from '../context.ts';

/** One field whose words this page is asked again with, as `q`. */
export const SearchForm = ({ ctx, name, label, q }: { ctx: Ctx; name: string; label: string; q: string }) => (
  <form class="filters" method="get" role="search" aria-label={name}>
    <div class="find">
      <input class="input" type="search" name="q" value={q} placeholder={label} aria-label={label} />
    </div>
    <button type="submit" class="btn">
      {ctx.t('search.go')}
    </button>
  </form>
);
