import { Badge } from '../components/status.tsx';
import { To } from '../components/text.tsx';
import type { Ctx, NavKey } from '../context.ts';
import { chapterOf } from '../help/chapters.ts';
import { langs } from '../i18n/types.ts';
import { paths } from '../paths.ts';
import { type Entry, type Place, placeOf, type Workspace, workspaces } from './navigation.ts';

// Bar and navigation. Preferences are forms that come back to the page they were on, so the address keeps its filter.

/** Each language in itself: short and whole. */
const languages = {
  kk: ['Қаз', 'Қазақша'],
  ru: ['Рус', 'Русский'],
  en: ['Eng', 'English'],
} as const;

const Preference = ({ ctx }: { ctx: Ctx }) => (
  <>
    <input type="hidden" name="csrf" value={ctx.csrf} />
    <input type="hidden" name="back" value={ctx.url} />
  </>
);

/** The switch names each language in itself. */
export const LanguageSwitch = ({ ctx }: { ctx: Ctx }) => (
  <form method="post" action={paths.preferences()} class="seg" aria-label={ctx.t('common.language')}>
    <Preference ctx={ctx} />
    {langs.map((lang) => (
      <button
        type="submit"
        name="lang"
        value={lang}
        lang={lang}
        aria-label={`${languages[lang][0]}, ${languages[lang][1]}`}
        aria-pressed={ctx.lang === lang ? 'true' : 'false'}
      >
        {languages[lang][0]}
      </button>
    ))}
  </form>
);

const ThemeSwitch = ({ ctx }: { ctx: Ctx }) => (
  <form method="post" action={paths.preferences()} class="seg theme" aria-label={ctx.t('common.theme')}>
    <Preference ctx={ctx} />
    {(['light', 'dark'] as const).map((theme) => (
      <button type="submit" name="theme" value={theme} aria-pressed={ctx.theme === theme ? 'true' : 'false'}>
        {ctx.t(`common.theme.${theme}`)}
      </button>
    ))}
  </form>
);

const AdvisoryAge = ({ ctx }: { ctx: Ctx }) => {
  const { advisories } = ctx;
  const old = advisories !== null && advisories.ageDays > advisories.limitDays;
  return (
    <span class="age">
      <To href={paths.exchangeReceive()}>
        {advisories === null ? (
          ctx.t('common.noAdvisoriesShort')
        ) : (
          <>
            {ctx.t('common.advisories')}{' '}
            <b class={old ? 'warn' : undefined}>{ctx.t('common.daysOld', { n: Math.floor(advisories.ageDays) })}</b>
          </>
        )}
      </To>
    </span>
  );
};

const LogOut = ({ ctx }: { ctx: Ctx }) => (
  <form method="post" action={paths.logout()}>
    <input type="hidden" name="csrf" value={ctx.csrf} />
    <button type="submit" class="btn sm">
      {ctx.t('common.logOut')}
    </button>
  </form>
);

const Person = ({ ctx }: { ctx: Ctx }) =>
  ctx.person === null ? null : (
    <details class="pop">
      <summary translate="no">{ctx.person.name}</summary>
      <div>
        <a href={paths.me()}>{ctx.t('common.me')}</a>
        <a href={paths.api()}>{ctx.t('common.api')}</a>
        <LogOut ctx={ctx} />
      </div>
    </details>
  );

/** Leads to the chapter of this page. */
const Help = ({ ctx }: { ctx: Ctx }) => (
  <a href={paths.help(chapterOf(ctx.url.split('?')[0] ?? ''))}>{ctx.t('help.link')}</a>
);

/** Mark, name of the product, name of the site. */
export const Brand = ({ ctx }: { ctx: Ctx }) => (
  <a class="brand" href={paths.work()}>
    <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      <use href={`${ctx.asset('sprite.svg')}#mark`} />
    </svg>
    <div>
      <b translate="no">Sallyport</b>
      {ctx.site.name === '' ? null : <span>{ctx.site.name}</span>}
    </div>
  </a>
);

/** Search, age of advisories, language, theme, person. */
export const Bar = ({ ctx }: { ctx: Ctx }) => (
  <header class="bar">
    <Brand ctx={ctx} />
    <a class="btn menu-link" href="#nav">
      {ctx.t('common.menu')}
    </a>
    <form class="find" method="get" action={paths.search()} role="search" aria-label={ctx.t('common.searchEverything')}>
      <input
        class="input"
        type="search"
        name="q"
        placeholder={ctx.t('common.searchPlaceholder')}
        aria-label={ctx.t('common.searchPlaceholder')}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
    <div class="tools">
      <AdvisoryAge ctx={ctx} />
      <LanguageSwitch ctx={ctx} />
      <ThemeSwitch ctx={ctx} />
      <Help ctx={ctx} />
      <Person ctx={ctx} />
    </div>
  </header>
);

const levels = ['critical', 'warning', 'running'] as const;

/** The badge that a closed workspace shows: the worst of its entries. */
const worstBadge = (ctx: Ctx, { entries }: Workspace) =>
  levels
    .flatMap((level) => entries.map(({ key }) => ctx.badges[key]).filter((badge) => badge?.level === level))
    .find((badge) => badge !== undefined && badge.count > 0);

const BadgeOf = ({ badge }: { badge: Ctx['badges'][NavKey] }) =>
  badge === undefined || badge.count === 0 ? null : <Badge badge={badge} />;

/** An entry as the reader has it: it leads to its first page that opens; undefined: none does. */
const openPartOf = (ctx: Ctx, entry: Entry): Entry | undefined => {
  const href = [entry, ...(entry.tabs ?? [])].map((one) => one.href).find((one) => ctx.opens(one));
  return href === undefined ? undefined : { ...entry, href };
};

/** A workspace: its name leads to its first page; the entries of the current one are shown. */
const Space = ({ ctx, workspace, place }: { ctx: Ctx; workspace: Workspace; place: Place | undefined }) => {
  const entries = workspace.entries.flatMap((entry) => openPartOf(ctx, entry) ?? []);
  const isOpen = workspace.name === place?.workspace.name;
  const [first] = entries;
  if (first === undefined) return null;
  return (
    <li class="space">
      <a href={first.href} aria-current={isOpen ? 'true' : undefined}>
        <span>{ctx.tDynamic(workspace.name)}</span>
        {isOpen ? null : <BadgeOf badge={worstBadge(ctx, workspace)} />}
      </a>
      {isOpen ? (
        <ul>
          {entries.map((entry) => (
            <li>
              <a href={entry.href} aria-current={entry.key === place?.entry.key ? 'page' : undefined}>
                <span>{ctx.tDynamic(entry.label)}</span>
                <BadgeOf badge={ctx.badges[entry.key]} />
              </a>
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
};

/** The five workspaces, the current one open; a badge only for something abnormal or moving. */
export const Navigation = ({ ctx }: { ctx: Ctx }) => (
  <nav class="nav" id="nav" tabindex={-1} aria-label={ctx.t('nav.label')}>
    <Brand ctx={ctx} />
    <div class="narrow-only row">
      <a class="btn" href="#main">
        {ctx.t('common.closeMenu')}
      </a>
      <AdvisoryAge ctx={ctx} />
    </div>
    <ul>
      {workspaces.map((workspace) => (
        <Space ctx={ctx} workspace={workspace} place={placeOf(ctx.url)} />
      ))}
    </ul>
    <div class="narrow-only row tools">
      <LanguageSwitch ctx={ctx} />
      <ThemeSwitch ctx={ctx} />
      <Help ctx={ctx} />
      <a href={paths.me()}>{ctx.t('common.me')}</a>
      <LogOut ctx={ctx} />
    </div>
    <footer>
      <div translate="no">{ctx.site.id}</div>
      <div>
        <time datetime={ctx.fmt.iso(ctx.nowMs)}>
          {ctx.fmt.dateTime(ctx.nowMs)}, {ctx.fmt.offset(ctx.nowMs)}
        </time>
      </div>
      <div>
        Sallyport {ctx.version}, {ctx.t('frame.schema', { number: ctx.schema })}
      </div>
    </footer>
  </nav>
);

/** Search in a dialog; without script the search page serves. */
export const Palette = ({ ctx }: { ctx: Ctx }) => (
  <dialog id="palette" class="palette" data-url={paths.searchPalette()} aria-label={ctx.t('common.searchEverything')}>
    <form method="get" action={paths.search()} role="search" aria-label={ctx.t('common.searchEverything')}>
      <input
        class="input"
        type="search"
        name="q"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded="false"
        aria-controls="palette-results"
        autocomplete="off"
        placeholder={ctx.t('common.searchPlaceholder')}
        aria-label={ctx.t('common.searchPlaceholder')}
      />
    </form>
    <p class="vh" role="status" />
    <div class="results" id="palette-results" role="listbox" aria-label={ctx.t('search.results')} />
  </dialog>
);

const shortcuts = [
  ['/', 'keys.search'],
  ['f', 'keys.filter'],
  ['j', 'keys.down'],
  ['k', 'keys.up'],
  ['o', 'keys.open'],
  ['x', 'keys.select'],
  ['a', 'keys.act'],
  ['?', 'keys.help'],
  ['Ctrl K', 'keys.search'],
  ['Ctrl Enter', 'keys.beside'],
] as const;

/** The list of shortcuts. */
export const KeyList = ({ ctx }: { ctx: Ctx }) => (
  <dl class="facts">
    {shortcuts.map(([key, word]) => (
      <>
        <dt class="hash">{key}</dt>
        <dd>{ctx.t(word)}</dd>
      </>
    ))}
  </dl>
);

/** Shown by `?`. */
export const Keys = ({ ctx }: { ctx: Ctx }) => (
  <dialog id="keys" aria-label={ctx.t('keys.title')}>
    <form method="dialog" class="form">
      <h2>{ctx.t('keys.title')}</h2>
      <KeyList ctx={ctx} />
      <p class="hint">{ctx.t('keys.off')}</p>
      <div>
        <button type="submit" class="btn">
          {ctx.t('common.close')}
        </button>
      </div>
    </form>
  </dialog>
);
