import type { UseQueryResult } from '@tanstack/react-query';
import { Search, Wrench } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preset } from '@/api/types';
import { Badge } from '@/parts/ui/Badge';
import { Input } from '@/parts/ui/inputs';
import { Shown } from '@/parts/ui/Shown';
import { matching } from './presets';

type Props = { presets: UseQueryResult<Preset[]>; pick: (preset: Preset) => void; pickCustom: () => void };

const ITEM =
  'flex w-full items-center gap-2 rounded-md border border-line px-3 py-2 text-left hover:border-accent hover:bg-accent-wash';

/** The known services, with a search; Enter takes the first that is left. */
export function PresetPicker({ presets, pick, pickCustom }: Props) {
  const { t } = useTranslation();
  const [words, setWords] = useState('');
  return (
    <div className="p-4">
      <div className="relative mb-3">
        <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-faint" />
        <Input
          type="search"
          aria-label={t('presets.search')}
          placeholder={t('presets.search')}
          className="pl-8"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            const first = matching(presets.data ?? [], words)[0];
            if (event.key !== 'Enter' || !first) return;
            // Else the same key would send off the form that comes next.
            event.preventDefault();
            pick(first);
          }}
        />
      </div>
      {/* Before the list, which is long, and there even when the list is not. */}
      <button type="button" className={`${ITEM} mb-2 border-dashed`} onClick={pickCustom}>
        <Wrench aria-hidden className="size-4 text-faint" />
        <span className="font-medium">{t('presets.custom')}</span>
      </button>
      <Shown query={presets} rows={6}>
        {(all) => <Found presets={matching(all, words)} pick={pick} />}
      </Shown>
    </div>
  );
}

function Found({ presets, pick }: { presets: Preset[]; pick: (preset: Preset) => void }) {
  const { t } = useTranslation();
  if (presets.length === 0) return <p className="min-h-64 px-3 py-2 text-soft">{t('presets.none')}</p>;
  return (
    <ul className="grid min-h-64 grid-cols-1 content-start gap-2 sm:grid-cols-2">
      {presets.map((preset) => (
        <li key={preset.id}>
          <button type="button" className={`${ITEM} h-full flex-wrap`} onClick={() => pick(preset)}>
            <span className="flex-1 font-medium whitespace-nowrap">{preset.name}</span>
            <span className="ml-auto flex gap-1">
              {Object.keys(preset.base_urls).map((protocol) => (
                <Badge key={protocol}>{protocol}</Badge>
              ))}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
