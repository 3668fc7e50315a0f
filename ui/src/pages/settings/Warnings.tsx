import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { WARNINGS } from '@/api/queries';

/** What the owner of this gateway ought to know, in words; names that this page does not know stand as they are. */
export function Warnings({ names }: { names: string[] }) {
  const { t } = useTranslation();
  if (names.length === 0) return null;
  return (
    <ul className="mb-4 grid max-w-xl gap-1.5 rounded-lg bg-warn-wash px-4 py-3 text-sm">
      {names.map((name) => {
        const known = WARNINGS.find((each) => each === name);
        return (
          <li key={name} className="flex items-start gap-2">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
            {known ? t(`warning.${known}`) : name}
          </li>
        );
      })}
    </ul>
  );
}
