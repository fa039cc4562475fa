import { join, resolve } from 'node:path';
import { replaceOption } from '@sallyport/bundle-tools/cli/option';
import { ensureDir, writeNewFile } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { Appliance } from '../compose.ts';
import { enrolCommand, kitFor } from '../features/add-device/kit.ts';
import {
  caFingerprint,
  checkServer,
  fingerprintOf,
  makeToken,
  serverAddress,
  serverAddresses,
  trustedBy,
} from '../features/add-device/token.ts';
import type { Client, KitFile, System } from '../features/add-device/types.ts';
import { serverRuleOf } from '../features/device-tasks/server-rule.ts';
import type { TokenPurpose } from '../features/devices/types.ts';
import { isAddressRange } from '../platform/address-ranges.ts';
import { AppError } from '../platform/errors.ts';
import { newPassword } from '../platform/http/basic.ts';
import type { Command } from './command.ts';

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** `12h`, `7d`, `2w`. */
const parseLifeMs = (text: string): number => {
  const match = /^([1-9]\d{0,3})([hdw])$/.exec(text);
  if (match === null) throw new AppError('USAGE', `not a time span like 12h, 7d or 2w: ${text}`);
  return Number(match[1]) * (unitMs[match[2] ?? ''] ?? 0);
};

const parseUses = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new AppError('USAGE', `not a number of uses: ${text}`);
  return Number(text);
};

const oneOf = <T extends string>(text: string, options: readonly T[], name: string): T => {
  const found = options.find((option) => option === text);
  if (found === undefined) throw new AppError('USAGE', `--${name} is one of ${options.join(', ')}`);
  return found;
};

/** A group by id or by its exact name, if one alone has it. */
const findGroup = ({ deviceFilters }: Appliance, wanted: string): string => {
  const found = deviceFilters.groups().find(wanted);
  if (found === undefined)
    throw new AppError('NOT_FOUND', `no group, or not one alone, is called ${wanted}: name it by its id`);
  return found;
};

const purposes: readonly TokenPurpose[] = ['agent', 'osquery', 'glpi'];
/** The clients whose settings are written for a purpose. */
const clientsFor: Readonly<Record<TokenPurpose, readonly Client[]>> = {
  agent: ['agent'],
  osquery: ['osquery'],
  glpi: ['glpi-agent', 'ocsinventory'],
};

export const command: Command = {
  summary: 'an enrolment token with the CA, the secret and the settings of the client',
  options: {
    for: {
      value: 'agent|osquery|glpi',
      help: 'which clients it lets in; glpi: FusionInventory and OCS, too',
      required: true,
    },
    out: { value: 'DIR', path: 'output', help: 'where ca.pem, secret and the settings are written', required: true },
    replace: replaceOption,
    on: {
      value: 'DIR',
      path: 'elsewhere',
      help: 'where these files will lie on the device, for the settings (DIR of --out)',
    },
    group: { value: 'G', help: 'the group that its devices come into (id or name)' },
    uses: { value: 'N', help: 'how many new devices it lets in (no limit)' },
    expires: { value: '7d', help: 'how long it lets new devices in (no end)' },
    approve: { value: 'manual|auto', help: 'whether an administrator approves each device (manual)' },
    from: {
      value: 'RANGE',
      help: 'with --approve auto: only from this address or range; may be repeated',
      multiple: true,
    },
    user: { value: 'NAME', help: 'with --for glpi: clients give this name and a password made now, too' },
    server: { value: 'URL', help: 'the address in the settings' },
    name: { value: 'NAME', help: 'what the token is called in lists' },
  },
  example: 'sallyport token create --for osquery --uses 20 --expires 7d --out ./line-3 --on /etc/sallyport',
  run: async ({ open, out, text, texts, flag, cliActor }) => {
    const purpose = oneOf(text('for') ?? '', purposes, 'for');
    const approve = oneOf(text('approve') ?? 'manual', ['manual', 'auto'], 'approve');
    const uses = text('uses');
    const expires = text('expires');
    const lifeMs = expires === undefined ? undefined : parseLifeMs(expires);
    const asked = text('server');
    const from = texts('from');
    if (from.length > 0 && approve === 'manual') throw new AppError('USAGE', '--from goes with --approve auto');
    const notRange = from.find((range) => !isAddressRange(range));
    if (notRange !== undefined) throw new AppError('USAGE', `not an address or a range of addresses: ${notRange}`);
    const user = text('user');
    if (user !== undefined && (purpose !== 'glpi' || !/^[A-Za-z0-9._-]{1,64}$/.test(user)))
      throw new AppError('USAGE', '--user goes with --for glpi; letters, digits, dot, dash');
    const basic = user === undefined ? undefined : { user, password: newPassword() };
    const appliance = await open();
    // What the certificate names was said when the site was set up.
    const named = serverAddresses(appliance.config);
    const isNamed = asked === undefined || named.includes(asked);
    const server = isNamed ? (asked ?? serverAddress(appliance.config)) : checkServer(asked, serverRuleOf(appliance));
    const fingerprint = fingerprintOf(appliance.ca, appliance.trustFiles.root());
    // The fingerprint covers the trust root, so our own agent could not enrol before there is one.
    if (fingerprint === null && purpose === 'agent')
      throw new AppError('NO_ROOT', 'the site has no trust root yet; run: sallyport trust import FILE');
    const group = text('group');
    const folder = text('out') ?? '.';
    const atMs = appliance.time.now();
    const kinds = clientsFor[purpose].flatMap((client): { client: Client; system: System }[] =>
      // The settings of the others are the same on each system.
      (client === 'agent' ? (['debian', 'rhel', 'windows'] as const) : (['debian'] as const)).map((system) => ({
        client,
        system,
      })),
    );
    const inputsWith = (secret: string) =>
      kinds.map(({ client, system }) => ({
        client,
        system,
        atMs,
        server,
        secret,
        caPem: trustedBy({ client, server }, appliance.ca, appliance.serverCertificate),
        fingerprint,
        caFingerprint: caFingerprint(appliance.ca),
        folder: text('on') ?? (purpose === 'agent' ? folder : resolve(folder)),
        basic,
      }));
    const filesWith = (secret: string): ReadonlyMap<string, KitFile> => {
      const secretFile: KitFile = { name: 'secret', text: `${secret}\n`, isSecret: true };
      const made = [...inputsWith(secret).flatMap((input) => kitFor(input).files), secretFile];
      return new Map(made.map((file) => [file.name, file]));
    };
    // Before a token is made, whose secret would have no file.
    const taken = [...filesWith('').keys()].map((name) => join(folder, name)).find(isThere);
    if (taken !== undefined && !flag('replace'))
      throw new AppError('EXISTS', `${taken} is there already: give another folder, or --replace`);
    const token = makeToken(
      appliance.objects,
      cliActor(),
      {
        purpose,
        approve,
        name: text('name'),
        lifeMs,
        uses: uses === undefined ? undefined : parseUses(uses),
        group: group === undefined ? undefined : findGroup(appliance, group),
        approveFrom: from,
        basic,
      },
      appliance.time.now,
    );
    const [inputs, files] = [inputsWith(token.secret), filesWith(token.secret)];
    ensureDir(folder, 0o700);
    for (const file of files.values())
      writeNewFile(join(folder, file.name), 'text' in file ? file.text : file.bytes, {
        mode: file.isSecret ? 0o600 : 0o644,
        replace: flag('replace'),
      });
    const paths = Object.fromEntries([...files.keys()].map((name) => [name, join(folder, name)]));
    const [first] = inputs;
    const enrol = purpose === 'agent' && first !== undefined ? enrolCommand(first) : undefined;
    if (enrol !== undefined) out.line(enrol);
    else for (const path of Object.values(paths)) out.line(path);
    const shown = caFingerprint(appliance.ca);
    const hostname = new URL(server).hostname.replace(/^\[|\]$/g, '');
    if (purpose !== 'agent' && !appliance.config.addresses.some((address) => address.toLowerCase() === hostname))
      out.note(
        `the certificate of this server does not name ${hostname}: clients will refuse it (addresses in config.json)`,
      );
    out.note(`token ${token.id}; compare the fingerprint on the device with: ${shown.replace(/(.{4})(?=.)/g, '$1 ')}`);
    out.result({
      id: token.id,
      for: purpose,
      server,
      fingerprint,
      caFingerprint: caFingerprint(appliance.ca),
      approve,
      ca: paths['ca.pem'],
      secretFile: paths['secret'],
      files: paths,
      ...(enrol === undefined ? {} : { enrol }),
    });
    return 0;
  },
};
