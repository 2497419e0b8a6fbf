"""Translation with CTranslate2: OPUS-MT, NLLB-200, M2M-100, mBART-50, T5 and MADLAD-400."""
