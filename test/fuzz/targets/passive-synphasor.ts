import { synphasor } from '@sallyport/appliance/features/controller-imports/passive/synphasor';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(synphasor, ['synphasor-tcp', 'synphasor-udp']);
