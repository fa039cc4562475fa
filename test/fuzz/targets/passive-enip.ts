import { enip } from '@sallyport/appliance/features/controller-imports/passive/enip';
import { passiveTarget } from '../passive.ts';

export const target = passiveTarget(enip, ['cip', 'pccc']);
