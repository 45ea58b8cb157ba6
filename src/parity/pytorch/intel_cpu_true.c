/* Stands in front of MKL's own function of this name, which says whether the processor is one of Intel's. */
int mkl_serv_intel_cpu_true(void) { return 1; }
