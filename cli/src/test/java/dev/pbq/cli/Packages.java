package dev.pbq.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;

/** The packages of all modules by name, and the rule that one sees only some others. */
final class Packages {
  static final String ROOT = "dev.pbq.core";
  static final String TENSOR = "dev.pbq.core.tensor..";
  static final String PARALLEL = "dev.pbq.core.parallel..";
  static final String ENTROPY = "dev.pbq.core.entropy..";
  static final String LINALG = "dev.pbq.core.linalg..";
  static final String PACKED = "dev.pbq.core.packed..";
  static final String QUANT = "dev.pbq.core.quant..";
  static final String CHECKPOINT = "dev.pbq.core.checkpoint..";
  static final String MODEL = "dev.pbq.core.model..";
  static final String DATA = "dev.pbq.core.data..";
  static final String JSON = "dev.pbq.core.json..";
  static final String ENVIRONMENT = "dev.pbq.core.environment..";
  static final String ACTIVATION = "dev.pbq.core.activation..";
  static final String PIPELINE = "dev.pbq.core.pipeline..";
  static final String CORE = "dev.pbq.core..";
  static final String GPTQ_PB = "dev.pbq.gptqpb..";
  static final String ARB = "dev.pbq.arb..";
  static final String FORMATS = "dev.pbq.formats..";
  static final String KERNELS = "dev.pbq.kernels..";
  static final String EVAL = "dev.pbq.eval..";
  static final String EVAL_SCORING = "dev.pbq.eval.scoring..";
  static final String EXPORT = "dev.pbq.export..";
  static final String TINY = "dev.pbq.tiny..";
  static final String RECIPE = "dev.pbq.workflow.recipe..";
  static final String SOURCE = "dev.pbq.workflow.source..";
  static final String CLI = "dev.pbq.cli..";

  private Packages() {}

  /** The classes of {@code self} use those of {@code others} and of {@code core.parallel} alone. */
  static ArchRule only(String self, String... others) {
    String[] allowed = new String[others.length + 2];
    allowed[0] = self;
    allowed[1] = PARALLEL;
    System.arraycopy(others, 0, allowed, 2, others.length);
    return classes()
        .that()
        .resideInAPackage(self)
        .should()
        .onlyDependOnClassesThat(
            com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage(
                    "dev.pbq..")
                .or(
                    com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage(
                        allowed)));
  }

  /** The test jar of core is no product code. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }
}
