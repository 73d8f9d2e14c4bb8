-- Debits and credits of an entry are equal; a row here is an entry that is not.
select
    entry_id,
    sum(signed_amount) as difference
from {{ ref('stg_finance__movements') }}
group by entry_id
having sum(signed_amount) <> 0
