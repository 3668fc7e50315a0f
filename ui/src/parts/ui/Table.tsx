import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';

/** A column's head; `end` puts it over numbers. */
type Head = ReactNode | { end: string };

const isEnd = (head: Head): head is { end: string } =>
  typeof head === 'object' && head !== null && 'end' in head;

/** A dense table in a frame of its own that scrolls sideways when it must. */
export function Table({ label, heads, children }: { label: string; heads: Head[]; children: ReactNode }) {
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-panel">
      <table aria-label={label} className="w-full border-collapse text-left">
        <thead>
          <tr className="border-b border-line bg-sunken/60">
            {heads.map((head, column) => (
              <th
                key={column}
                scope="col"
                className={cn(
                  'px-3 py-1.5 text-xs font-medium whitespace-nowrap text-faint',
                  isEnd(head) && 'text-right',
                )}
              >
                {isEnd(head) ? head.end : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&>tr:not(:last-child)]:border-b [&>tr]:border-line">{children}</tbody>
      </table>
    </div>
  );
}

export function Cell({ className, ...rest }: ComponentProps<'td'>) {
  return <td className={cn('px-3 py-2 align-middle', className)} {...rest} />;
}

/** The first cell of a row, which names it. */
export function NameCell({ className, ...rest }: ComponentProps<'th'>) {
  return (
    <th scope="row" className={cn('px-3 py-2 text-left align-middle font-medium', className)} {...rest} />
  );
}

/** The last cell of a row: what can be done to it. Stays in sight when the table scrolls sideways. */
export function ActionsCell({ children }: { children: ReactNode }) {
  return (
    <td className="sticky right-0 bg-panel px-2 py-2 text-right align-middle in-[tr:hover]:bg-row-hover">
      {children}
    </td>
  );
}
