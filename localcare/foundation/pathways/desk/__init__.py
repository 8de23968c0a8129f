"""The desk of any service: queue, task page, journey page, inbox. Special desks are built from its pieces.

What a desk in `care/` may use:

- `acts.TaskActs(task, reader, back="/their/desk/")`: what this reader may do on a task now. `.main` is the one next
  act, `.others` the rest, `.named("accept")` one of them. Each `Act` has `title`, `button`, `address`, `is_quick`
  (done by one button, no question asked), `code`, `hidden`. Every act is a page of its own, the url named `task-act` with
  the task's reference and the act, asked by GET and done by POST; `?next=` brings the reader back to the desk.
  Acts: accept decline take give start milestone pause resume book review done hand-on ask-again extend priority note
  cancel reopen undo.
- `acts.next_act(state, step)`: the words of the next act for a row of a list, without a query.
- `presenters.task_rows(states, now=..., me=...)`: rows for lists, from TaskState rows (select_related
  task, person, service, asked_by, assigned_to, journey): a fixed number of queries however many rows.
- `queues.Queue`: the tabs, filters and order of one team's list.
- Macros in `pathways/components.jinja`: `time_left(left)`, `state_tag(row)`, `task_table(rows, caption, ...)`,
  `act_buttons(acts)`, `act_links(acts)`, `clock_table(clocks)`, `story(lines)`, `when_fields(form)`, `live(address, tag)`.
- Urls: `work` `work-rows` `work-export` `work-team` `work-reassign` `task` `task-act` `journey` `journey-stop`
  `journey-new` `person-journeys` `inbox`. Styles: `pathways/desk.css`; script: `pathways/live.js`, which renews any
  element with `data-live="<address of a fragment>"`.
"""
