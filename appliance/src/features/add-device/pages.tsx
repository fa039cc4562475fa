import { wordsOf } from '@sallyport/bundle-tools/fingerprint/words';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AddDevice, type AddDeviceProps } from '@sallyport/ui/add-device/add-device.tsx';
import { type Arrival, Arrivals } from '@sallyport/ui/add-device/arrivals.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { AppError } from '../../platform/errors.ts';
import { type Form, faultsOf } from '../../server/console/form.ts';
import { actorFor, signedIn } from '../../server/console/guard.ts';
import { param, references } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { nextStep } from '../worklist/view.ts';
import { clients, folderOn, type Kit, purposeOfClient, runsOn, systems } from './types.ts';

type Values = AddDeviceProps['values'];

const dayMs = 86_400_000;
const maxRanges = 50;
const defaultDays = '7';
/** Not settings to look at. */
const notShown: readonly string[] = ['ca.pem', 'secret', 'sallyport-agent-site.cmd'];
const maxArrivals = 50;

const among = <T extends string>(options: readonly T[], text: string, otherwise: T): T =>
  options.find((option) => option === text) ?? otherwise;

/** "Add a device": a token that is shown once, and the files and lines for the client that the device runs. */
export const addDevicePages = (deps: ConsoleDeps): Pages => {
  const { objects, devices, inventory, addDevice } = deps;
  const servers = addDevice.servers();
  const [firstServer = ''] = servers;

  const valuesOf = (form: Pick<Form, 'text'>): Values => ({
    client: among(clients, form.text('client'), 'agent'),
    system: among(systems, form.text('system'), 'debian'),
    server: among(servers, form.text('server'), firstServer),
    group: form.text('group'),
    uses: form.text('uses').trim(),
    days: form.text('days').trim(),
    approve: among(['manual', 'auto'], form.text('approve'), 'manual'),
    ranges: form.text('ranges').trim(),
  });

  const rangesOf = ({ ranges }: Values): string[] => ranges.split(/[\s,;]+/).filter((range) => range !== '');

  const wrongIn = (values: Values): FieldErrors => {
    const faults: Record<string, FieldErrors[string]> = {};
    const isNumber = (text: string, max: number): boolean =>
      text === '' || (/^[1-9]\d*$/.test(text) && Number(text) <= max);
    if (!runsOn(values.client, values.system)) faults['system'] = { key: 'validation.noSuchClient' };
    if (values.client === 'agent' && addDevice.siteFingerprint() === null)
      faults['client'] = { key: 'validation.noRoot' };
    if (!isNumber(values.uses, 1_000_000)) faults['uses'] = { key: 'validation.tooBig', params: { max: 1_000_000 } };
    if (!isNumber(values.days, 3_650)) faults['days'] = { key: 'validation.tooBig', params: { max: 3_650 } };
    if (rangesOf(values).length > maxRanges)
      faults['ranges'] = { key: 'validation.tooMany', params: { max: maxRanges } };
    return faults;
  };

  /** A form that names no client must not become a token: the default of the page is no choice. */
  const notChosen = (form: Pick<Form, 'text'>): FieldErrors => ({
    ...(clients.some((client) => client === form.text('client')) ? {} : { client: { key: 'validation.choice' } }),
    ...(systems.some((system) => system === form.text('system')) ? {} : { system: { key: 'validation.choice' } }),
  });

  /** Its files have the time of the token in their names: the page names them, and a press asks for one a while later. */
  const kitOf = (values: Values, { secret, token }: { secret: string; token: string }): Kit =>
    addDevice.kit({
      atMs: objects.get('token', token).createdAt,
      client: values.client,
      system: values.system,
      server: values.server,
      secret,
      folder: folderOn(values.system),
    });

  const show = (
    c: Context<ConsoleEnv>,
    values: Values,
    more: { made?: { secret: string; token: string }; errors?: FieldErrors } = {},
  ): Response | Promise<Response> => {
    const { made, errors } = more;
    const kit = made === undefined ? undefined : kitOf(values, made);
    return c.html(
      <AddDevice
        ctx={viewContext(deps, c)}
        values={values}
        servers={servers}
        groups={references(objects, 'group')}
        caFingerprint={addDevice.caFingerprint()}
        siteFingerprint={addDevice.siteFingerprint()}
        {...(kit === undefined || made === undefined
          ? {}
          : {
              made: {
                ...made,
                files: kit.files.map(({ name }) => name),
                settings: kit.files.filter((file) => 'text' in file).find(({ name }) => !notShown.includes(name)),
                commands: kit.commands,
              },
            })}
        {...defined({ errors })}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  /** The secret that the page showed, sent back by it; only a token of ours is made files of. */
  const secretIn = (form: Form, values: Values): { secret: string; token: string } | undefined => {
    const secret = form.text('secret');
    if (secret === '') return undefined;
    const token = devices.enrolmentToken(purposeOfClient(values.client), secret);
    if (token === undefined)
      throw new AppError('NOT_FOUND', 'this token is not there any more, or it is for other clients');
    return { secret, token: token.id };
  };

  const make = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'accounts:write');
    const form = c.get('form');
    const values = valuesOf(form);
    const errors = { ...wrongIn(values), ...notChosen(form) };
    if (Object.keys(errors).length > 0) return show(c, values, { errors });
    const held = secretIn(form, values);
    if (held !== undefined) return show(c, values, { made: held });
    try {
      const { id, secret } = addDevice.makeToken(actor, {
        purpose: purposeOfClient(values.client),
        approve: values.approve,
        group: values.group === '' ? undefined : values.group,
        uses: values.uses === '' ? undefined : Number(values.uses),
        lifeMs: values.days === '' ? undefined : Number(values.days) * dayMs,
        approveFrom: values.approve === 'auto' ? rangesOf(values) : [],
      });
      return show(c, values, { made: { secret, token: id } });
    } catch (error) {
      const { approveFrom, ...fields } = faultsOf(error);
      return show(c, values, { errors: { ...fields, ...defined({ ranges: approveFrom }) } });
    }
  };

  const file = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'accounts:write');
    const form = c.get('form');
    const values = valuesOf(form);
    const held = secretIn(form, values);
    const found =
      held === undefined ? undefined : kitOf(values, held).files.find(({ name }) => name === form.text('file'));
    if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such file');
    return c.body('text' in found ? found.text : new Uint8Array(found.bytes), 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${found.name}"`,
      'Cache-Control': 'no-store',
    });
  };

  /** From when the list of its software is, ms: what a request asks for follows from it. */
  const inventoryAt = (device: number): number | undefined =>
    inventory.sectionsOf(device).find(({ collection }) => collection === 'software')?.collectedAt;

  const arrivals = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const token = param(c, 'token');
    const came = devices.broughtBy(token, maxArrivals);
    if (came.length === 0 && objects.find('token', token) === undefined)
      throw new AppError('NOT_FOUND', 'there is no such token');
    const rows = came.flatMap((source): Arrival[] => {
      const device = devices.find(source.device);
      if (device === undefined) return [];
      const { publicId: id, hostname, macs, serial } = device;
      const state = device.state === 'held' || device.state === 'revoked' ? device.state : source.state;
      return [
        {
          id,
          client: source.clientId,
          name: hostname === '' ? id : hostname,
          state,
          heardAt: source.heardAt,
          inventoryAt: inventoryAt(device.id),
          from: source.from ?? '',
          macs,
          serial: serial ?? '',
          words: source.source === 'native' ? wordsOf(source.clientId) : [],
        },
      ];
    });
    return c.html(
      <Arrivals
        ctx={viewContext(deps, c)}
        token={token}
        rows={rows}
        next={nextStep(deps, signedIn(c).actor, 'device')}
      />,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(paths.deviceAdd.pattern, (c) => {
      actorFor(c, 'accounts:write');
      const query = new URL(c.req.url).searchParams;
      const asked = valuesOf({ text: (name) => query.get(name) ?? '' });
      return show(c, { ...asked, days: defaultDays });
    })
    .post(paths.deviceAdd.pattern, make)
    .post(paths.deviceAddFile.pattern, file)
    .get(paths.deviceArrivals.pattern, arrivals);
};
