import type { PlcService } from '../service.ts';
import type { ArrivedFirmware, ControllerFirmware, FirmwareTarget } from './firmware.ts';

/** What the record knows about the lines of the checklist before an installation; '' and null: nothing. */
export type KnownForChecklist = {
  readonly backup: { readonly place: string; readonly restoreTestedAt: string } | null;
  readonly tool: string;
  /** Whether the file that would go back to the present version is here; null: the present version is not known. */
  readonly rollback: boolean | null;
  readonly key: string;
  readonly card: string;
};

export const knownForChecklist = (
  plcs: Pick<PlcService, 'parts'>,
  firmware: Pick<ControllerFirmware, 'rollbackOf'>,
  target: FirmwareTarget,
  file: ArrivedFirmware,
): KnownForChecklist => {
  const own = plcs.parts(target.plc).find(({ sort }) => sort === 'plc');
  const value = (field: string): string => own?.observed[field] ?? own?.configured[field] ?? '';
  const place = value('backupPlace');
  return {
    backup: place === '' ? null : { place, restoreTestedAt: value('restoreTestedAt') },
    tool: [value('projectTool'), value('projectToolVersion')].filter((text) => text !== '').join(' '),
    rollback: target.firmware === '' ? null : firmware.rollbackOf(target, file),
    key: value('keySwitch'),
    card: value('memoryCardSerial'),
  };
};
