package dev.pbq.search.study;

/** The measures of quality. */
public enum QualityMetric {
  /** Smaller is better. */
  PERPLEXITY("perplexity") {
    @Override
    public double quality(double value) {
      return -Math.log(value);
    }

    @Override
    public double tolerated(double full) {
      return full * (1 + TOLERANCE);
    }
  },
  /** A share of right answers, from 0 to 1. */
  ACCURACY("accuracy") {
    @Override
    public double quality(double value) {
      return value;
    }

    @Override
    public double tolerated(double full) {
      return full - TOLERANCE;
    }
  };

  /** What may be lost against full precision where the user does not say. */
  static final double TOLERANCE = 0.01;

  private final String label;

  QualityMetric(String label) {
    this.label = label;
  }

  /** The name in files and tables. */
  public String label() {
    return label;
  }

  /** The same, larger the better; for perplexity the negative mean log-likelihood. */
  public abstract double quality(double value);

  /** The worst value that counts as no worse than full precision. */
  public abstract double tolerated(double full);
}
