select
    lines.entry_id,
    lines.entry_date,
    cast(date_trunc('month', lines.entry_date) as date) as period,
    lines.reference,
    lines.account,
    accounts.name as account_name,
    accounts.type as account_type,
    coalesce(lines.debit, 0) - coalesce(lines.credit, 0) as signed_amount
from {{ ref('finance_journal_lines') }} as lines
inner join {{ ref('finance_accounts') }} as accounts on lines.account = accounts.code
