import { Readable } from 'node:stream';
import { type Context, Hono } from 'hono';
import { readWire } from '../../../platform/http/body.ts';
import type { Device, SourceCaller } from '../../devices/types.ts';
import type { Admission, Admitted, Env } from './admit.ts';
import type { FileSearches } from './collect.ts';
import type { DeployChannel } from './deploy.ts';
import type { Remotes, RemoteTask } from './remotes.ts';
import type { GlpiParts } from './types.ts';

// What the tasks of these agents ask for, in JSON over GET. Nothing of it is there unless it was opted in for the group
// of the device, and each device has an address of its own.

const maxFormBytes = 16_384;
const validSeconds = 600;

type TaskParts = GlpiParts & { remotes: Remotes; searches: FileSearches; deploy: DeployChannel };

/** The client that a call names, if it may be given work. */
const managedClient = (
  parts: TaskParts,
  { token }: Admitted,
  machine: string | undefined,
): SourceCaller | undefined => {
  const caller = machine === undefined ? undefined : parts.devices.callerByClient('glpi', token.id, machine);
  return caller?.state === 'managed' ? caller : undefined;
};

/** What a device may do, and where it asks for it: the answer to `getConfig`. */
export const taskConfig = (parts: TaskParts, c: Context<Env>, admitted: Admitted): Response => {
  const client = managedClient(parts, admitted, c.req.query('machineid'));
  if (c.req.query('action') !== 'getConfig' || client === undefined) return c.json({});
  const { origin } = new URL(c.req.url);
  const remote = (task: RemoteTask): string =>
    `${origin}/a/${admitted.secret}/${task}/${parts.remotes.of(task, client.publicId)}`;
  const schedule: Array<{ task: string; remote: string }> = [];
  if (c.req.query('task[Collect]') !== undefined && parts.searches.wanted(client.publicId)) {
    schedule.push({ task: 'Collect', remote: remote('collect') });
  }
  const device = parts.devices.find(client.id);
  if (c.req.query('task[Deploy]') !== undefined && device !== undefined && parts.deploy.wanted(device)) {
    schedule.push({ task: 'Deploy', remote: remote('deploy') });
  }
  return c.json(schedule.length === 0 ? {} : { configValidityPeriod: validSeconds, schedule });
};

/** The parameters of a call, from its address and, of a POST, its form. */
const paramsOf = async (c: Context<Env>): Promise<Record<string, string>> => {
  const query = new URL(c.req.url).searchParams;
  if (c.req.method !== 'POST') return Object.fromEntries(query);
  const stream = c.env?.incoming ?? c.req.raw.body;
  const form = await readWire({ stream, contentLength: c.req.header('content-length') }, maxFormBytes);
  return { ...Object.fromEntries(query), ...Object.fromEntries(new URLSearchParams(form.toString('utf8'))) };
};

/** The addresses of single devices. */
export const taskRoutes = (parts: TaskParts, { admit, refuse }: Admission): Hono<Env> => {
  /** A machine is known by its address here: most of these calls do not name it. */
  const deviceAt = (c: Context<Env>, task: RemoteTask): Device | Response => {
    const admitted = admit(c);
    if (admitted instanceof Response) return admitted;
    return parts.remotes.device(task, c.req.param('remote') ?? '') ?? refuse(c);
  };

  const collect = async (c: Context<Env>): Promise<Response> => {
    const device = deviceAt(c, 'collect');
    if (device instanceof Response) return device;
    const params = await paramsOf(c);
    switch (params['action']) {
      case 'getJobs':
        return c.json(parts.searches.jobs(device));
      case 'setAnswer':
        parts.searches.answer(device.id, params);
        return c.json({ token: '' });
      case 'jobsDone':
        await parts.searches.done(device.id, params['uuid'] ?? '');
        return c.json({});
      default:
        return c.json({});
    }
  };

  const deploy = async (c: Context<Env>): Promise<Response> => {
    const device = deviceAt(c, 'deploy');
    if (device instanceof Response) return device;
    const params = await paramsOf(c);
    if (params['action'] === 'getJobs') return c.json(await parts.deploy.jobs(device, c.req.url.replace(/\?.*$/, '')));
    if (params['action'] === 'setStatus') parts.deploy.status(device, params);
    return c.json({});
  };

  const part = (c: Context<Env>): Response => {
    const device = deviceAt(c, 'deploy');
    if (device instanceof Response) return device;
    const sha256 = parts.deploy.part(device, c.req.param('sha512') ?? '');
    if (sha256 === undefined) return refuse(c);
    const bytes = Readable.toWeb(parts.store.open(sha256)) as ReadableStream<Uint8Array>;
    return new Response(bytes, {
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(parts.store.size(sha256)) },
    });
  };

  return new Hono<Env>()
    .get('/a/:token/collect/:remote', collect)
    .post('/a/:token/collect/:remote', collect)
    .get('/a/:token/deploy/:remote', deploy)
    .get('/a/:token/deploy/:remote/parts/:first/:second/:sha512', part);
};
