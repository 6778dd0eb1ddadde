import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { docker } from './docker.ts';

const folders = resolve(import.meta.dirname, '../../docker');
const images = new Map<string, Promise<string>>();

/** Builds the image of a folder of docker/, and its parents, once per run. */
export function buildImage(folder: string): Promise<string> {
  const image = images.get(folder) ?? build(folder);
  images.set(folder, image);
  return image;
}

async function build(folder: string): Promise<string> {
  const image = `keystow-${folder}`;
  const file = join(folders, folder, 'Dockerfile');
  const parent = /^FROM keystow-(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  const base = parent === undefined ? await localBase() : [];
  if (parent !== undefined) await buildImage(parent);
  await docker('build', '--network=host', ...base, '--tag', image, '--file', file, folders);
  return image;
}

/** Uses the image made by docker/build-base.sh if it exists, instead of one from a registry. */
async function localBase(): Promise<string[]> {
  const image = 'keystow-base';
  return (await docker('image', 'ls', '--quiet', image)) === '' ? [] : ['--build-arg', `BASE=${image}`];
}
