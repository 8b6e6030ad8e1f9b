"""Official reports, one file for each format; `paper.py`: the values that all are made of."""
