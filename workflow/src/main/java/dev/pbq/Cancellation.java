package dev.pbq;

import dev.pbq.core.PbqException;
import dev.pbq.core.pipeline.LinearOutcome;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.export.ExportProgress;
import dev.pbq.hub.DownloadListener;
import dev.pbq.train.run.CurvePoint;
import dev.pbq.train.run.TrainingProgress;
import dev.pbq.train.run.TrainingSettings;

/**
 * Adapters from the listeners of single operations to a {@link PbqListener}; each asks whether the
 * operation shall end before it passes an event on.
 */
record Cancellation(PbqListener listener) {
  /** Throws if the operation shall end. */
  void check() {
    if (listener.isCancelled()) {
      throw new PbqException(PbqException.Kind.CANCELLED, "cancelled");
    }
  }

  DownloadListener downloads() {
    DownloadListener to = listener.downloads();
    return new DownloadListener() {
      @Override
      public void begin(String what, int files, long bytes) {
        check();
        to.begin(what, files, bytes);
      }

      @Override
      public void received(String path, long bytes) {
        check();
        to.received(path, bytes);
      }

      @Override
      public void end() {
        to.end();
      }
    };
  }

  ProgressListener quantization() {
    ProgressListener to = listener.quantization();
    return new ProgressListener() {
      @Override
      public void measuring(int block, int blocks, double share) {
        check();
        to.measuring(block, blocks, share);
      }

      @Override
      public void told(String line) {
        to.told(line);
      }

      @Override
      public void started(int blocks, int finishedBlocks) {
        check();
        to.started(blocks, finishedBlocks);
      }

      @Override
      public void phase(int block, String activity) {
        check();
        to.phase(block, activity);
      }

      @Override
      public void windows(int block, int done, int total) {
        check();
        to.windows(block, done, total);
      }

      @Override
      public void linearDone(LinearOutcome outcome) {
        check();
        to.linearDone(outcome);
      }

      @Override
      public void blockDone(int block, double seconds) {
        to.blockDone(block, seconds);
        check();
      }

      @Override
      public void assembling() {
        check();
        to.assembling();
      }
    };
  }

  EvaluationProgress evaluation() {
    EvaluationProgress to = listener.evaluation();
    return new EvaluationProgress() {
      @Override
      public ScoringProgress begin(String part) {
        check();
        return scoring(to.begin(part));
      }

      @Override
      public void end() {
        to.end();
      }
    };
  }

  private ScoringProgress scoring(ScoringProgress to) {
    return new ScoringProgress() {
      @Override
      public void block(int block, int blocks, int windowsDone, int windows) {
        check();
        to.block(block, blocks, windowsDone, windows);
      }

      @Override
      public void scored(int windowsDone, int windows, double meanNll) {
        check();
        to.scored(windowsDone, windows, meanNll);
      }

      @Override
      public void windows(int windowsDone, int windows) {
        check();
        to.windows(windowsDone, windows);
      }
    };
  }

  /** Ends after a step, whose state is saved. */
  TrainingProgress training() {
    TrainingProgress to = listener.training();
    return new TrainingProgress() {
      @Override
      public void begins(TrainingSettings settings) {
        check();
        to.begins(settings);
      }

      @Override
      public void written(int texts, int all) {
        check();
        to.written(texts, all);
      }

      @Override
      public void step(CurvePoint point) {
        to.step(point);
      }

      @Override
      public boolean stops() {
        return listener.isCancelled() || to.stops();
      }

      @Override
      public void warning(String message) {
        to.warning(message);
      }
    };
  }

  ExportProgress export() {
    ExportProgress to = listener.export();
    return (stage, tensor, done, total) -> {
      check();
      to.at(stage, tensor, done, total);
    };
  }
}
