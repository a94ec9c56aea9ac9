package dev.pbq.export.gguf.family;

/** llama.cpp's names of hyper-parameters, behind the architecture's. */
public final class KeyNames {
  static final String BLOCKS = "block_count";
  static final String CONTEXT = "context_length";
  static final String HIDDEN = "embedding_length";
  static final String INTERMEDIATE = "feed_forward_length";
  static final String HEADS = "attention.head_count";
  static final String KEY_VALUE_HEADS = "attention.head_count_kv";
  static final String KEY_LENGTH = "attention.key_length";
  static final String VALUE_LENGTH = "attention.value_length";
  static final String QUERY_RANK = "attention.q_lora_rank";
  static final String KEY_VALUE_RANK = "attention.kv_lora_rank";
  static final String HEAD_KEY_LENGTH = "attention.key_length_mla";
  static final String HEAD_VALUE_LENGTH = "attention.value_length_mla";
  static final String RMS_EPSILON = "attention.layer_norm_rms_epsilon";
  static final String LAYER_EPSILON = "attention.layer_norm_epsilon";
  static final String VOCABULARY = "vocab_size";
  static final String WINDOW = "attention.sliding_window";
  static final String WINDOW_PATTERN = "attention.sliding_window_pattern";
  static final String SCORE_SCALE = "attention.scale";
  static final String SCORE_CAP = "attn_logit_softcapping";
  static final String LOGIT_CAP = "final_logit_softcapping";
  static final String EMBEDDING_SCALE = "embedding_scale";
  static final String RESIDUAL_SCALE = "residual_scale";
  static final String LOGIT_SCALE = "logit_scale";
  static final String PARALLEL = "use_parallel_residual";
  static final String FUSED_LAYOUT = "tensor_data_layout";
  static final String ROTATED = "rope.dimension_count";
  static final String ROPE_BASE = "rope.freq_base";
  static final String WINDOW_ROPE_BASE = "rope.freq_base_swa";
  static final String SCALING = "rope.scaling.type";
  static final String SCALING_FACTOR = "rope.scaling.factor";
  static final String OLD_SCALING_FACTOR = "rope.scale_linear";
  static final String ORIGINAL_CONTEXT = "rope.scaling.original_context_length";
  static final String TEMPERATURE_FACTOR = "rope.scaling.attn_factor";
  static final String YARN_LOG = "rope.scaling.yarn_log_multiplier";
  static final String TEMPERATURE = "attention.temperature_scale";
  static final String YARN_FAST = "rope.scaling.yarn_beta_fast";
  static final String YARN_SLOW = "rope.scaling.yarn_beta_slow";

  /** How many pairs of features turn with each position. */
  public static final String SECTIONS = "rope.dimension_sections";

  static final String DELTA_KERNEL = "ssm.conv_kernel";
  static final String DELTA_KEY_LENGTH = "ssm.state_size";
  static final String DELTA_KEY_HEADS = "ssm.group_count";
  static final String DELTA_VALUE_HEADS = "ssm.time_step_rank";
  static final String DELTA_VALUES = "ssm.inner_size";
  static final String ATTENTION_INTERVAL = "full_attention_interval";
  static final String EXPERTS = "expert_count";
  static final String EXPERTS_USED = "expert_used_count";
  static final String EXPERT_WIDTH = "expert_feed_forward_length";
  static final String SHARED_WIDTH = "expert_shared_feed_forward_length";
  static final String SHARED_COUNT = "expert_shared_count";
  static final String LEADING_DENSE = "leading_dense_block_count";
  static final String GATING = "expert_gating_func";
  static final String EXPERTS_NORMALIZED = "expert_weights_norm";
  static final String EXPERTS_FACTOR = "expert_weights_scale";
  static final String EXPERT_GROUPS = "expert_group_count";
  static final String EXPERT_GROUPS_USED = "expert_group_used_count";

  private KeyNames() {}
}
