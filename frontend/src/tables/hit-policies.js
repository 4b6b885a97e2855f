/** The ways to choose among rows that the engine carries out; a file's own other way is shown, so that it can be changed. */
import { HIT_POLICIES } from 'dmn-js-decision-table/lib/features/hit-policy/HitPolicies';

const EXECUTED = HIT_POLICIES.filter(({ value }) => ['UNIQUE', 'FIRST', 'COLLECT'].includes(value.hitPolicy));

/** @param {{hitPolicy: string, aggregation?: string}} used what the opened table says */
export function offer({ hitPolicy, aggregation }) {
  const known = EXECUTED.some(
    ({ value }) => value.hitPolicy === hitPolicy && value.aggregation === aggregation,
  );
  const other = {
    label: `${hitPolicy} ${aggregation ?? ''}`.trim() + '（不执行）',
    value: { hitPolicy, aggregation },
    explanation: 'Not executed here. Choose another',
  };
  HIT_POLICIES.splice(0, HIT_POLICIES.length, ...EXECUTED, ...(known ? [] : [other]));
}
