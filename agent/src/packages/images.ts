import { clean, type Item, item, type Look } from '../collectors/collector.ts';
import type { Bounded } from './bounded.ts';

// Images of containers by the files of their stores: name and tag, and the digest of the image's configuration, which is its identity
// in every store. What containerd holds is named in a binary database alone: that it holds something is told, not what.

const dockerFolder = 'var/lib/docker/image';
const podmanFolder = 'var/lib/containers/storage';
/** Of containerd itself and of k3s. */
const containerdBlobs = ['var/lib/containerd', 'var/lib/rancher/k3s/agent/containerd'].map(
  (root) => `${root}/io.containerd.content.v1.content/blobs/sha256`,
);
const maxIndexBytes = 16 * 1024 * 1024;

const digestPattern = /^(?:sha256:)?([0-9a-f]{64})$/;
const digestIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? digestPattern.exec(value)?.[1] : undefined;

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const parsed = (text: string | undefined): unknown => {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
};

/** The word that docker and podman have for an image without a name. */
const unnamed = '<none>';

const imageItem = (name: string, digest: string): Item =>
  item({ type: 'container', name: clean(name), version: `sha256:${digest}` });

/** `repositories.json`: by repository its tags and digests, each with the image. `imagedb` has those without a name, too. */
const dockerImages = (read: Bounded): Look => {
  let isWhole = true;
  const items = read.names(dockerFolder).flatMap((driver) => {
    const text = read.text(`${dockerFolder}/${driver}/repositories.json`, maxIndexBytes);
    const index = parsed(text);
    if (text !== undefined && index === undefined) isWhole = false;
    const tags = Object.values(asObject(asObject(index)['Repositories'])).flatMap((repository) =>
      Object.entries(asObject(repository)).flatMap(([name, image]) => {
        const digest = digestIn(image);
        return digest === undefined || name.includes('@') ? [] : [{ name, digest }];
      }),
    );
    const named = new Set(tags.map(({ digest }) => digest));
    const rest = read
      .names(`${dockerFolder}/${driver}/imagedb/content/sha256`)
      .filter((digest) => digestPattern.test(digest) && !named.has(digest))
      .map((digest) => ({ name: unnamed, digest }));
    return [...tags, ...rest].map(({ name, digest }) => imageItem(name, digest));
  });
  return { items, isWhole };
};

const podmanImages = (read: Bounded): Look => {
  // One folder for each driver of storage: `overlay-images`.
  const folders = read.names(podmanFolder).filter((name) => name.endsWith('-images'));
  const texts = folders.flatMap((name) => read.text(`${podmanFolder}/${name}/images.json`, maxIndexBytes) ?? []);
  const indexes = texts.map(parsed);
  const items = indexes.flat().flatMap((one: unknown) => {
    const { id, names } = asObject(one);
    const digest = digestIn(id);
    if (digest === undefined) return [];
    const named = (Array.isArray(names) ? names : []).filter((name): name is string => typeof name === 'string');
    return (named.length === 0 ? [unnamed] : named).map((name) => imageItem(name, digest));
  });
  return { items, isWhole: indexes.every(Array.isArray) };
};

/** Images in the stores of docker, podman and containerd for the whole system. */
export const containerLook = async (read: Bounded): Promise<Look> => {
  const looks = [dockerImages(read), podmanImages(read)];
  const items = looks.flatMap((look) => look.items);
  const hasUnlisted = containerdBlobs.some((path) => read.names(path).length > 0);
  return { items, isWhole: looks.every((look) => look.isWhole), hasUnlisted };
};
