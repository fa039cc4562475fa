import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type SettingRow, Settings } from '@sallyport/ui/settings/settings.tsx';
import { type Context, Hono } from 'hono';
import type { Setting, SettingValue } from '../../engine/objects/types.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import type { FieldErrors as Faults } from '../../platform/errors.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { type Form, faultsOf } from '../../server/console/form.ts';
import { actorFor, deciderFor, signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorWords } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';

const typed = (setting: Setting, form: Form): SettingValue => {
  const text = form.text(setting.name).trim();
  switch (setting.type) {
    case 'boolean':
      return form.has(setting.name) && text !== 'off' && text !== 'false';
    case 'integer':
      // What is no number goes on as text, so that the check names it.
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'list':
      return form
        .texts(setting.name)
        .flatMap((value) => value.split(/\r?\n/))
        .map((line) => line.trim())
        .filter((line) => line !== '');
    default:
      return text;
  }
};

const same = (a: SettingValue, b: SettingValue): boolean => JSON.stringify(a) === JSON.stringify(b);

const isValue = (value: unknown): value is SettingValue =>
  ['string', 'number', 'boolean'].includes(typeof value) || Array.isArray(value);

/** Settings by area; what differs from its default is an object with revisions. */
export const settingsPages = (deps: ConsoleDeps): Pages => {
  const { objects } = deps;
  const areaNames = (): string[] => [...new Set(objects.settings().map(({ setting }) => setting.area))].sort();

  const areaOf = (c: Context<ConsoleEnv>): string => {
    const names = areaNames();
    const wanted = c.req.query('area') ?? names[0] ?? '';
    if (!names.includes(wanted)) throw new AppError('NOT_FOUND', 'there are no such settings');
    return wanted;
  };

  const waitingAt = (c: Context<ConsoleEnv>, name: string): SettingRow['waiting'] => {
    const { changes } = deps.accounts;
    const found = changes.of('setting', name);
    if (found === undefined) return undefined;
    const hindrance = changes.hindrance(signedIn(c).actor, 'setting', name, found);
    const { value } = found.patch;
    return {
      value: isValue(value) ? value : undefined,
      by: actorWords(viewContext(deps, c), objects)(found.by),
      at: found.at,
      // An old log-in is mended by giving the password again, which the page asks for by itself.
      hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
    };
  };

  const decide = (c: Context<ConsoleEnv>): Response => {
    const actor = deciderFor(c, 'safety:write');
    const form = c.get('form');
    const name = form.text('setting');
    const action = form.text('action');
    const found = objects.settings().find(({ setting }) => setting.name === name);
    if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such setting');
    if (action === 'approve') deps.accounts.safety.approve(actor, name);
    else if (action === 'refuse') deps.accounts.safety.refuse(actor, name);
    else throw new AppError('MALFORMED', 'there is no such action');
    return goWith(c, paths.settings({ area: found.setting.area }), {
      message: { key: 'toast.settings', params: { n: action === 'approve' ? 1 : 0 } },
    });
  };

  const show = (
    c: Context<ConsoleEnv>,
    area: string,
    faulty?: { errors: FieldErrors; form: Form },
  ): Response | Promise<Response> => {
    actorFor(c, 'settings:read');
    const nameOf = actorWords(viewContext(deps, c), objects);
    const rows = objects
      .settings()
      .filter(({ setting }) => setting.area === area)
      .map(({ setting, value, standard, isDefault }): SettingRow => {
        const latest = isDefault ? undefined : objects.revisions('setting', setting.name)[0];
        return {
          ...setting,
          value: faulty === undefined ? value : typed(setting, faulty.form),
          standard,
          waiting: waitingAt(c, setting.name),
          changed:
            latest === undefined ? undefined : { revision: latest.revision, at: latest.at, who: nameOf(latest.actor) },
        };
      });
    return c.html(
      <Settings
        ctx={viewContext(deps, c)}
        areas={areaNames()}
        area={area}
        settings={rows}
        {...defined({ errors: faulty?.errors })}
      />,
      faulty === undefined ? 200 : 422,
    );
  };

  const save = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'settings:write');
    const area = areaOf(c);
    const form = c.get('form');
    try {
      const comment = enteredLine(form.text('comment'), 'comment');
      // All or none; every fault at once.
      const changed = deps.transact(() => {
        const faults: Faults = {};
        let [count, waiting] = [0, 0];
        for (const { setting, value, standard, isDefault } of objects.settings()) {
          if (setting.area !== area) continue;
          const wanted = typed(setting, form);
          if (same(wanted, value)) continue;
          try {
            const next = same(wanted, standard) && !isDefault ? undefined : wanted;
            const { waits } = deps.accounts.safety.set(actor, setting.name, next, comment === '' ? {} : { comment });
            if (waits) waiting += 1;
            else count += 1;
          } catch (error) {
            faults[setting.name] = faultsOf(error)['value'] ?? { key: 'validation.invalid' };
          }
        }
        if (Object.keys(faults).length > 0) throw invalid(faults);
        return { count, waiting };
      });
      return goWith(c, paths.settings({ area: area }), {
        message:
          changed.waiting === 0
            ? { key: 'toast.settings', params: { n: changed.count } }
            : { key: 'toast.settingsWait', params: { n: changed.waiting } },
      });
    } catch (error) {
      return show(c, area, { errors: faultsOf(error), form });
    }
  };

  return new Hono<ConsoleEnv>()
    .get(paths.settings.pattern, (c) => show(c, areaOf(c)))
    .post(paths.settings.pattern, save)
    .post(paths.settingDecide.pattern, decide);
};
