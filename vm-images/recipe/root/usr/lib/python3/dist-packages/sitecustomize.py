# cloud-init's modules make thousands of objects that are never freed. Looking for garbage among them took a tenth of its start.
import gc

gc.set_threshold(100_000, 50, 50)
