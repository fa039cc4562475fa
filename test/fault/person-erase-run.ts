import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';

// A process of its own that erases a person and is killed by itself, without any warning, in the state that it was told.

const [, , dataDir = '', name = '', state = ''] = process.argv;
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const { events, personal, persons } = await compose({ dataDir, log: openLog('silent') });

if (state === 'not-committed') {
  const { record } = events;
  events.record = (type, event) => {
    const recorded = record(type, event);
    if (type === 'personal-erased') die();
    return recorded;
  };
} else {
  const { destroy } = personal.keys;
  personal.keys.destroy = (ids) => {
    if (state === 'half-destroyed') destroy(ids.slice(0, 1));
    if (state === 'destroyed') destroy(ids);
    die();
  };
}
persons.erase(systemActor, { name, confirm: name, reason: 'request 13' });
