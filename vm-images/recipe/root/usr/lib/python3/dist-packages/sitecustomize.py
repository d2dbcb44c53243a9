# cloud-init's modules are thousands of objects that stay: looking again and again for some that could go is a tenth of its start.
import gc

gc.set_threshold(100_000, 50, 50)
