with movements as (

    select
        period,
        account,
        account_name,
        account_type,
        sum(signed_amount) as movement
    from {{ ref('stg_finance__movements') }}
    group by period, account, account_name, account_type

)

select
    period,
    account,
    account_name,
    account_type,
    movement,
    sum(movement) over (partition by account order by period) as closing_balance
from movements
