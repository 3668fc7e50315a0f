import { useTranslation } from 'react-i18next';
import type { Loss } from '@/api/types';
import { Cell, NameCell, Table } from '@/parts/ui/Table';

/** What a conversion between two protocols could not carry over. */
export function Losses({ losses }: { losses: Loss[] }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('requests.losses')}>
      <h3 className="mb-1.5 text-sm font-semibold text-soft">{t('requests.losses')}</h3>
      <Table
        label={t('requests.losses')}
        heads={[t('requests.lossField'), t('requests.lossHow'), t('requests.lossNote')]}
      >
        {losses.map((loss) => (
          <tr key={`${loss.field} ${loss.how} ${loss.note}`}>
            <NameCell className="font-mono text-sm font-normal break-all">
              {loss.field}
              {loss.count > 1 && ` × ${loss.count}`}
            </NameCell>
            <Cell className={loss.weight === 'notable' ? 'text-sm text-warn' : 'text-sm text-soft'}>
              {t(`lossHow.${loss.how}`)}
            </Cell>
            <Cell className="text-sm break-words text-soft">{loss.note}</Cell>
          </tr>
        ))}
      </Table>
    </section>
  );
}
