import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { groupsQuery } from '@/api/queries';

const KEY = 'keyway.group';

/** The group that the pages show: the one in the URL, else the last one, else the first; never one that is gone. */
export function useGroup(): string {
  const { group } = useSearch({ strict: false }) as { group?: string };
  const groups = useQuery(groupsQuery).data;
  if (!groups) return group ?? 'default';
  const named = (id: string | null | undefined) => groups.find(({ group_id }) => group_id === id);
  const known = named(group) ?? named(localStorage.getItem(KEY)) ?? groups[0];
  return known?.group_id ?? 'default';
}

/** Shows this group again at the next start. */
export function rememberGroup(group: string): void {
  localStorage.setItem(KEY, group);
}
