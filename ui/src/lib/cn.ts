import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

const merge = extendTailwindMerge({});

/** Joins class names; the later of two that say the same thing wins. */
export function cn(...names: ClassValue[]): string {
  return merge(clsx(names));
}
