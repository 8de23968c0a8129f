"""Who on my list needs us this week, why, and what did we decide last time?"""
