"""Water quality at run time: gauges, grades, trends, alarms, and what people see of them."""
