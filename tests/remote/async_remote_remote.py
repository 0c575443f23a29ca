import openamp_tasks

openamp_tasks.serve()
