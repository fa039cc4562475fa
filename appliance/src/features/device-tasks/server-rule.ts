import type { ObjectService } from '../../engine/objects/service.ts';
import type { Config } from '../../platform/config.ts';
import { portsIn, type ServerRule } from '../../platform/server-address.ts';
import type { DiscoveryService } from '../discovery/service.ts';

/** Where agents may be sent, by the words of now. */
export const serverRuleOf = (parts: {
  config: Pick<Config, 'listen'>;
  objects: Pick<ObjectService, 'setting'>;
  discovery: Pick<DiscoveryService, 'forbiddenBecause'>;
}): ServerRule => ({
  listens: parts.config.listen.port,
  agreed: portsIn(parts.objects.setting('devices.agent-ports')),
  because: parts.discovery.forbiddenBecause,
});
