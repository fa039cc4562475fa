import { hartIp } from '@sallyport/appliance/features/controller-imports/passive/hart-ip';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(hartIp, ['hart-ip']);
