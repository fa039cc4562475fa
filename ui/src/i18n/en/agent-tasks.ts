export const agentTasks = {
  'kind.file-search.title': 'File searches',
  'kind.file-search.one': 'file search',
  'kind.file-search.purpose':
    'A file that the GLPI and FusionInventory agents of a group look for. Without a search nothing is read.',
  'kind.file-search.create': 'New file search',
  'kind.file-search.source': 'entered by administrators',
  'kind.file-search.field.name': 'Name',
  'kind.file-search.field.group': 'Group',
  'kind.file-search.field.folder': 'Folder',
  'kind.file-search.field.recursive': 'With the folders inside',
  'kind.file-search.field.fileName': 'File name',
  'kind.file-search.field.sha512': 'SHA-512',
  'kind.file-search.field.sha256': 'SHA-256',
  'kind.file-search.field.sizeBytes': 'Size, bytes',
  'kind.file-search.field.disabled': 'Disabled',
  'kind.file-search.hint.folder':
    'The whole path. A search from the root of a disk is not taken: it would read every file.',
  'kind.file-search.hint.sha512': 'The agent compares this one.',
  'kind.file-search.hint.sha256': 'The file stands under this one in the list of executables.',
} as const;
